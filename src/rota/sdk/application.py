"""What the author's own program lends to its jobs, once per process: its object and its database."""

import importlib
import inspect
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rota.domain.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Application:
    """Made once per process, for all bodies that run in it; nothing is opened before it is asked for.

    factory       "module:callable", called without arguments once; or "module:object", taken as it is
    database_url  of the application's own database
    An attempt that fails to make either is a failure of the body that asked; the next one tries again.
    """

    def __init__(self, factory: str | None = None, database_url: str | None = None) -> None:
        self._factory = factory
        self._database_url = database_url

    @cached_property
    def instance(self) -> Any:
        """What the factory returned. Raises Unavailable when none is set or it cannot be found."""
        if not self._factory:
            raise Unavailable("context.app: no application is set", fix='set ROTA_APP to "module:factory"')
        module, _, path = self._factory.partition(":")
        try:
            found: Any = importlib.import_module(module)
            for name in filter(None, path.split(".")):
                found = getattr(found, name)
        except (ImportError, AttributeError) as error:
            problem = f'context.app: "{self._factory}" cannot be found ({error})'
            raise Unavailable(problem, fix='set ROTA_APP to "module:factory"') from error
        return found() if inspect.isroutine(found) or inspect.isclass(found) else found

    @cached_property
    def database(self) -> "Engine":
        """A SQLAlchemy engine. Raises Unavailable when no address is set."""
        if not self._database_url:
            raise Unavailable(
                "context.db: the application's database is not set",
                fix="set ROTA_APP_DATABASE_URL to its address",
            )
        from sqlalchemy import create_engine

        return create_engine(self._database_url, pool_pre_ping=True)

    def close(self) -> None:
        """Give up the connections, if there are any."""
        if "database" in vars(self):
            vars(self).pop("database").dispose()
