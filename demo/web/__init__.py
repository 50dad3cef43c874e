"""The HTTP server of the demo: what surrounds its pages, cookies, and addresses that Streamlit does not draw."""
