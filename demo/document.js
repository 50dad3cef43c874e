// Gives Streamlit's page what it lacks: a language, a link past the menu, and a name for the menu button on phones.
(({ language, skip, menu }) => {
  const root = document.documentElement;
  root.lang = language;
  root.dataset.menu = menu;
  let link = document.getElementById("skip-link");
  if (!link) {
    link = document.createElement("a");
    link.id = "skip-link";
    link.href = "#";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const main = document.querySelector(".st-key-page") || document.querySelector("[data-testid=stMainBlockContainer]");
      main.querySelector("input, textarea, button, [tabindex='0']")?.focus();
    });
    document.body.prepend(link);
    new MutationObserver(nameMenu).observe(document.body, { childList: true, subtree: true });
  }
  link.textContent = skip;
  nameMenu();

  function nameMenu() {
    for (const button of document.querySelectorAll("[data-testid=stExpandSidebarButton]"))
      button.setAttribute("aria-label", root.dataset.menu);
  }
})
