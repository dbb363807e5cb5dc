"""Secret arguments: sealed before they are stored, opened where a body is about to run."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from rota.domain.errors import Invalid
from rota.domain.secret import MASK, REFERENCE, SEALED, forms, is_sealed

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class Vault:
    """Seals and opens with one key.

    key      any text, ROTA_SECRET_KEY; None: nothing can be sealed or opened
    environ  where the values of "env:NAME" are looked up, to be masked; the runners' environment
    """

    def __init__(self, key: str | None, environ: Mapping[str, str] | None = None) -> None:
        self._key, self._environ = key, environ or {}

    @cached_property
    def _fernet(self) -> "Fernet":
        from cryptography.fernet import Fernet

        if not self._key:
            fix = 'set ROTA_SECRET_KEY, or give "env:NAME", which is read where the job runs'
            raise Invalid("a secret argument cannot be stored without a key", fix=fix, field="task_kwargs")
        digest = hashlib.sha256(self._key.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, schema: dict[str, Any], kwargs: dict[str, Any]) -> dict[str, Any]:
        """The arguments with every secret one encrypted, unless it is a reference or sealed already.

        Raises Invalid when there is no key, or when a mask was sent back in place of a secret.
        """
        secret = {name for name, said in schema.get("properties", {}).items() if said.get("writeOnly")}
        return {name: self._seal(name, value) if name in secret else value for name, value in kwargs.items()}

    def _seal(self, name: str, value: Any) -> Any:
        if value is None or is_sealed(value) or (isinstance(value, str) and value.startswith(REFERENCE)):
            return value
        if value == MASK:
            fix = "leave the argument out to keep its value, or give the value"
            raise Invalid(f'argument "{name}" is the mask of a secret', fix=fix, field="task_kwargs")
        return SEALED + self._fernet.encrypt(json.dumps(value).encode()).decode()

    def open(self, kwargs: str) -> tuple[str, tuple[str, ...]]:
        """The JSON text of arguments with its secrets opened, and the texts to be masked in what is shown.

        A reference stays one, since the runner looks it up; what it stands for is masked too. Raises Invalid when
        a secret cannot be opened with this key.
        """
        if SEALED not in kwargs and REFERENCE not in kwargs:
            return kwargs, ()
        given = json.loads(kwargs)
        opened = {name: self._open(name, value) for name, value in given.items() if is_sealed(value)}
        lent = [value for one in given.values() if (value := self._lent(one)) is not None]
        texts = chain.from_iterable(map(forms, (*opened.values(), *lent)))
        return json.dumps(given | opened) if opened else kwargs, tuple(dict.fromkeys(texts))

    def _lent(self, value: Any) -> str | None:
        refers = isinstance(value, str) and value.startswith(REFERENCE)
        return self._environ.get(value.removeprefix(REFERENCE)) if refers else None

    def _open(self, name: str, value: str) -> Any:
        from cryptography.fernet import InvalidToken

        try:
            return json.loads(self._fernet.decrypt(value.removeprefix(SEALED)))
        except InvalidToken as error:
            fix = "start the node with the ROTA_SECRET_KEY that it was stored under, or store it anew"
            raise Invalid(f'the secret argument "{name}" cannot be opened', fix=fix) from error
