"""Plain data → plotly figures. Pure: no Streamlit inside."""
