"""What a visitor takes to another device or person: links and their QR codes."""
