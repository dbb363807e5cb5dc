"""A chatbot platform: documents, messages, an MCP server, a FastAPI application with rota inside of it.

…/examples/chatbot_platform/manage setup && …/manage serve
uvicorn examples.chatbot_platform.app:app
"""
