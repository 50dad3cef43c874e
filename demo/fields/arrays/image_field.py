"""A picture. A value is a data URL with a PNG or a JPEG."""

from typing import Any

from demo.fields.arrays.array_field import ArrayField
from demo.text.picture_html import build_picture, is_picture, read_size
from demo.text.translation import Translation
from demo.text.wording import field_label


class ImageField(ArrayField):
    """A picture that the model sees as pixels."""

    is_picture = True

    def _has_type(self, value: Any) -> bool:
        return is_picture(value)

    def _format(self, value: Any, tr: Translation) -> str:
        size = read_size(value)
        if size is None:
            return tr.text("picture")
        return tr.text("picture, {width} × {height} pixels", width=tr.number(size[0]), height=tr.number(size[1]))

    def allowed_text(self, tr: Translation) -> str:
        return tr.text("a picture")

    def wrong_type_text(self, tr: Translation) -> str:
        return tr.text("is not a picture")

    def build_value(self, value: Any, tr: Translation) -> str:
        return build_picture(value, "thumbnail", self._alt()) if is_picture(value) else self.value_text(value, tr)

    def build_large(self, value: Any, tr: Translation) -> str:
        return build_picture(value, "picture", self._alt()) if is_picture(value) else self.value_text(value, tr)

    def _alt(self) -> str:
        return field_label(self.field)
