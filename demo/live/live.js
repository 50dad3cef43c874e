// The phone of the audience: follows the stream of the meeting, sends guesses and feedback, keeps what is not sent yet.
"use strict";
(() => {
  const { base, language, returns } = document.body.dataset;
  const texts = JSON.parse(document.body.dataset.texts);
  const find = (selector, within = document) => within.querySelector(selector);
  const stage = find("#stage"), opinion = find("#opinion"), news = find("#news");
  const FIRST_PAUSE = 500, LONGEST_PAUSE = 30000, SILENCE = 40000, MAX_KEPT = 100;

  // What outlives the page. Without storage (private windows) it lives as long as the page.
  const memory = new Map(), prefix = `witryna${base}/`;
  const load = name => {
    try { return JSON.parse(localStorage.getItem(prefix + name)) ?? memory.get(name); } catch { return memory.get(name); }
  };
  const keep = (name, value) => {
    memory.set(name, value);
    try {
      if (value === undefined) localStorage.removeItem(prefix + name);
      else localStorage.setItem(prefix + name, JSON.stringify(value));
    } catch { /* it is in the memory */ }
  };
  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
  const jitter = pause => pause * (0.5 + Math.random() / 2);
  const show = (element, text, done = false) => {
    if (!element) return;
    element.textContent = text;
    element.hidden = !text;
    element.classList.toggle("done", done);
  };
  const post = async (path, body) => {
    const answer = await fetch(`${base}/${path}?lang=${language}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(15000),
    });
    return { status: answer.status, body: await answer.json().catch(() => ({})) };
  };
  const isFinal = status => status < 500 && status !== 429 && status !== 408;

  // The stage
  let current = JSON.parse(document.body.dataset.stage);
  const apply = next => {
    if (next.id === current.id) return;
    const isOtherCase = next.case !== current.case || next.phase !== current.phase;
    const typed = isOtherCase ? undefined : find("#guess-number")?.value;
    current = next;
    stage.innerHTML = next.html;
    if (next.news) news.textContent = next.news;
    if (isOtherCase) scrollTo({ top: 0 });
    dress();
    if (typed && find("#guess-number")) find("#guess-number").value = typed;
  };
  const dress = () => {
    for (const each of stage.querySelectorAll("time[datetime]"))
      each.textContent = new Date(each.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    const guess = load("guesses")?.[current.case];
    for (const each of stage.querySelectorAll("button[data-guess]"))
      each.setAttribute("aria-pressed", String(guess?.option === each.dataset.guess));
    const number = find("#guess-number");
    if (number && guess?.typed !== undefined) number.value = guess.typed;
    if (find("#guess-state") && guess) show(find("#guess-state"), guess.sent ? texts.guessed.replace("{guess}", guess.text || "✓") : texts.guess_waits, guess.sent);
    const own = find(".results .own");
    if (own && guess?.text) show(own, texts.own_guess.replace("{guess}", guess.text));
    for (const row of stage.querySelectorAll(".results [data-guess]")) row.classList.toggle("mine", row.dataset.guess === guess?.option);
    offerFeedback(current);
  };

  // The stream
  let source, pause = FIRST_PAUSE, retry, heard = Date.now(), isOver = false;
  const listen = () => {
    clearTimeout(retry);
    source?.close();
    if (isOver) return;
    heard = Date.now();
    source = new EventSource(`${base}/events?lang=${language}`);
    source.addEventListener("stage", event => {
      heard = Date.now();
      pause = FIRST_PAUSE;
      show(find("#connection"), "");
      apply(JSON.parse(event.data));
      sendKept();
    });
    source.addEventListener("ping", () => { heard = Date.now(); });
    source.addEventListener("gone", () => {
      source.close();
      fetch(`${base}/events?lang=${language}`, { method: "HEAD" }).then(
        answer => { if (answer.status === 404) { isOver = true; show(find("#connection"), texts.gone); } else again(); }, again);
    });
    source.onerror = again;
  };
  const again = () => {
    source.close();
    if (pause > FIRST_PAUSE || !navigator.onLine) show(find("#connection"), texts.offline);
    clearTimeout(retry);
    retry = setTimeout(listen, jitter(pause));
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  };
  const askAgain = () => { pause = FIRST_PAUSE; listen(); };
  addEventListener("online", askAgain);
  addEventListener("offline", () => show(find("#connection"), texts.offline));
  addEventListener("pageshow", event => { if (event.persisted) askAgain(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && (source?.readyState !== EventSource.OPEN || Date.now() - heard > 5000)) askAgain();
  });
  setInterval(() => { if (Date.now() - heard > SILENCE) askAgain(); }, 5000);

  // Guesses: the last one counts, so a new one replaces one that waits.
  const setGuess = (name, guess) => {
    const guesses = load("guesses") ?? {};
    guesses[name] = guess;
    keep("guesses", guesses);
    dress();
  };
  const sendGuess = async name => {
    const guess = load("guesses")?.[name];
    if (!guess || guess.sent || guess.isSending) return;
    const isNow = () => load("guesses")?.[name]?.option === guess.option && load("guesses")?.[name]?.typed === guess.typed;
    show(find("#guess-state"), texts.guessing);
    let answer;
    try { answer = await post("guess", { case: name, option: guess.option, typed: guess.typed }); } catch { answer = { status: 503, body: {} }; }
    if (!isNow()) return;
    if (answer.status === 200) setGuess(name, { ...guess, sent: true, text: answer.body.text });
    else if (answer.status === 409) { setGuess(name, undefined); show(find("#guess-state"), texts.guess_late); }
    else if (isFinal(answer.status)) { setGuess(name, undefined); show(find("#guess-state"), answer.body.message ?? texts.refused); }
    else {
      show(find("#guess-state"), answer.status === 429 ? texts.busy : texts.guess_waits);
      later(() => sendGuess(name));
    }
  };
  stage.addEventListener("click", event => {
    const button = event.target.closest("button[data-guess]");
    if (!button) return;
    setGuess(current.case, { option: button.dataset.guess, sent: false });
    sendGuess(current.case);
  });
  stage.addEventListener("submit", event => {
    event.preventDefault();
    const typed = find("#guess-number")?.value.trim();
    if (event.target.id !== "number-guess" || !typed) return;
    setGuess(current.case, { typed, sent: false });
    sendGuess(current.case);
  });
  const restoreGuesses = async () => {
    const answer = await fetch(`${base}/guesses?lang=${language}`).catch(() => undefined);
    if (!answer?.ok) return;
    keep("guesses", { ...(await answer.json()), ...load("guesses") });
    dress();
  };

  // Feedback: a draft for each answer, then an entry that is kept until the service has stored it.
  let form = null, about = null, offer = {};
  const nameOf = shown => JSON.stringify([shown.model, shown.version, shown.row]);
  const draft = () => load("drafts")?.[nameOf(about)] ?? {};
  const limited = entries => Object.fromEntries(Object.entries(entries).slice(-MAX_KEPT));
  const setDraft = change => keep("drafts", limited({ ...load("drafts"), [nameOf(about)]: change && { ...draft(), ...change } }));
  const isBegun = () => about && draft().verdict && !draft().key;
  const offerFeedback = next => {
    offer = next;
    const { shown, feedback: html } = offer;
    if (form && isBegun() && (!shown || nameOf(shown) !== nameOf(about))) {  // what is being written stays
      find(".about", form).hidden = false;
      return;
    }
    if (about && shown && nameOf(shown) === nameOf(about) && form) { find(".about", form).hidden = true; return; }
    opinion.hidden = !shown;
    opinion.innerHTML = shown ? html : "";
    about = shown;
    form = find("#feedback");
    if (form) fill();
  };
  const fill = () => {
    const { verdict, right, reason, comment, key } = draft();
    for (const each of form.querySelectorAll("[data-verdict]")) each.setAttribute("aria-pressed", String(each.dataset.verdict === verdict));
    find(".more", form).hidden = !verdict || Boolean(key);
    find(".if-disagree", form).hidden = verdict !== "disagree";
    const fields = form.elements;
    if (fields.right && right !== undefined) fields.right.value = right;
    if (comment !== undefined) fields.comment.value = comment;
    fields.name.value = load("name") ?? "";
    for (const each of form.querySelectorAll("[name=reason]")) each.checked = each.value === reason;
    for (const each of form.querySelectorAll("[data-verdict]")) each.disabled = Boolean(key);
    if (key) showSent(key);
  };
  const showSent = key => {
    const isWaiting = Boolean(load("outbox")?.[key]);
    const state = find(".state", form);
    show(state, isWaiting ? texts.waits : texts.saved, !isWaiting);
    if (isWaiting || find("[data-again]", form)) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: texts.again });
    button.dataset.again = "";
    state.after(button);
  };
  opinion.addEventListener("click", event => {
    const verdict = event.target.closest("[data-verdict]"), discard = event.target.closest("[data-discard]");
    if (verdict) { setDraft({ verdict: verdict.dataset.verdict }); fill(); find("button.main", form).scrollIntoView({ block: "nearest" }); }
    else if (discard || event.target.closest("[data-again]")) { setDraft(undefined); form = about = null; offerFeedback(offer); }
  });
  opinion.addEventListener("input", event => {
    const { name, value } = event.target;
    if (name === "name") keep("name", value);
    else setDraft({ [name]: value });
  });
  opinion.addEventListener("submit", event => {
    event.preventDefault();
    const { verdict, right, reason, comment, key } = draft();
    if (!verdict || key) return;
    const entry = { shown: about, verdict, right, reason, comment, name: load("name"), lang: language };
    const made = newKey();
    keep("outbox", { ...load("outbox"), [made]: { entry, draft: nameOf(about) } });
    setDraft({ key: made });
    fill();
    show(find(".state", form), texts.sending);
    sendKept();
  });
  const settle = (key, draftName, message) => {
    const { [key]: _, ...others } = load("outbox") ?? {};
    keep("outbox", others);
    if (message) {
      const drafts = load("drafts") ?? {};
      if (drafts[draftName]) keep("drafts", { ...drafts, [draftName]: { ...drafts[draftName], key: undefined } });
    }
    if (!form || !about || nameOf(about) !== draftName) return;
    fill();
    if (message) show(find(".state", form), message);
  };
  let isSending = false, timer;
  const later = work => { clearTimeout(timer); timer = setTimeout(work, jitter(4000)); };
  const sendKept = async () => {
    if (isSending) return;
    isSending = true;
    let isWaiting = false;
    for (const [key, { entry, draft: draftName }] of Object.entries(load("outbox") ?? {})) {
      let answer;
      try { answer = await post("feedback", { ...entry, key }); } catch { answer = { status: 503, body: {} }; }
      if (answer.status === 201) settle(key, draftName);
      else if (isFinal(answer.status)) settle(key, draftName, answer.body.message ?? texts.refused);
      else { isWaiting = true; break; }
    }
    isSending = false;
    if (form && draft().key) showSent(draft().key);
    show(find("#waiting"), isWaiting && !(form && draft().key) ? texts.waiting : "");
    for (const [name, guess] of Object.entries(load("guesses") ?? {})) if (!guess.sent && name === current.case) sendGuess(name);
    if (isWaiting) later(sendKept);
  };

  // Alone: one gesture is one request; an answer that a later gesture has overtaken is not shown.
  let played = 0;
  const play = async (body, take) => {
    const turn = ++played;
    let answer;
    try { answer = await post("play", body); } catch { answer = { status: 503, body: {} }; }
    if (turn !== played) return;
    if (answer.status === 200) take(answer.body);
    else news.textContent = find("#play-state").textContent = answer.status === 429 ? texts.busy : answer.body.message ?? texts.no_answer;
  };
  const changes = inputs => Object.fromEntries([...inputs.querySelectorAll("[data-touched]")].map(each =>
    [each.name, each.tagName === "TEXTAREA" ? `"${each.value}"` : each.value === "" ? "null" : each.value]));
  const takeAnswer = (inputs, body) => {
    find(".play-answer").innerHTML = body.html;
    for (const each of inputs.querySelectorAll("[name]")) {
      const box = each.closest(".input");
      find(".fault", box).textContent = body.errors[each.name] ?? "";
      if (body.values[each.name] !== undefined && !each.matches("select, textarea")) find("output", box).textContent = body.values[each.name];
    }
    offerFeedback(body);
  };
  stage.addEventListener("click", event => {
    const choice = event.target.closest("[data-play]");
    if (choice) {
      play({ case: choice.dataset.play }, body => {
        for (const each of stage.querySelectorAll("[data-play]")) each.setAttribute("aria-pressed", String(each === choice));
        find("#play").innerHTML = body.html;
        find("#play h2").focus();
        find("#play").scrollIntoView({ block: "start" });
        offerFeedback(body);
      });
      return;
    }
    const inputs = event.target.closest(".inputs");
    if (inputs && event.target.closest("[data-reasons]"))
      play({ case: inputs.dataset.case, changes: changes(inputs), reasons: true }, body => takeAnswer(inputs, body));
  });
  stage.addEventListener("change", event => {
    const inputs = event.target.closest(".inputs");
    if (!inputs) return;
    event.target.dataset.touched = "";
    play({ case: inputs.dataset.case, changes: changes(inputs) }, body => takeAnswer(inputs, body));
  });
  stage.addEventListener("reset", event => {
    for (const each of event.target.querySelectorAll("[data-touched]")) delete each.dataset.touched;
    setTimeout(() => find(`[data-play="${CSS.escape(event.target.dataset.case)}"]`)?.click());
  });

  dress();
  if (returns === "yes" && load("guesses") === undefined) restoreGuesses();
  sendKept();
  listen();
})();
