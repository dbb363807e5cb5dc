"""Modules in, tasks and code-defined jobs out."""

from rota.registry.declared import DeclaredJob
from rota.registry.load import Registry, load
from rota.registry.problem import ImportProblem
from rota.registry.task import Task

__all__ = ["DeclaredJob", "ImportProblem", "Registry", "Task", "load"]
