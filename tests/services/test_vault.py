"""What is opened for a runner is told together with all that must be masked of it."""

import json

from rota.services.vault import Vault

SCHEMA = {"properties": {"key": {"writeOnly": True}, "days": {}}}


def test_a_secret_is_opened_with_its_texts():
    vault = Vault("key")
    sealed = vault.seal(SCHEMA, {"key": {"user": "ana", "password": "hush\nnow!"}, "days": 3})
    kwargs, texts = vault.open(json.dumps(sealed))
    assert json.loads(kwargs) == {"key": {"user": "ana", "password": "hush\nnow!"}, "days": 3}
    assert {"ana", "hush\nnow!", "hush", "now!", r"hush\nnow!"} == set(texts)


def test_a_reference_stays_one_and_its_value_is_told_to_be_masked():
    vault = Vault(None, {"API_KEY": "hush"})
    given = '{"key": "env:API_KEY", "other": "env:MISSING"}'
    assert vault.open(given) == (given, ("hush",))
    assert Vault(None).open(given) == (given, ())
