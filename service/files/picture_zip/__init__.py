"""Files of rows with pictures: what their answers hold in place of a picture, and zip archives of pictures."""
