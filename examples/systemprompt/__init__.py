"""An agent platform with sessions, conversation contexts, MCP executions, OAuth tokens, images and content.

cd somewhere && …/examples/systemprompt/systemprompt setup && …/systemprompt serve
"""
