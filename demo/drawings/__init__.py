"""SVG drawings of answers for documents and pictures: plain data → SVG, without Streamlit or plotly."""
