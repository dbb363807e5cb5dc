"""The mark of an argument that nobody may read."""

from typing import Any


class Secret:
    """Marks an argument as secret: `password: Annotated[str, Secret]`. pydantic's SecretStr needs no mark.

    Its value is given as "env:NAME" and read where the body runs, or stored encrypted; it is masked wherever
    it would be shown.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """JSON Schema's own word for what may be written but not read."""
        return {**handler(schema), "writeOnly": True}
