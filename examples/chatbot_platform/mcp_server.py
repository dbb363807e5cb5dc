"""An MCP server with one tool, which speaks over its input and output."""

from mcp.server import MCPServer

server = MCPServer("documents")


@server.tool()
def search(words: str) -> str:
    """Look for words in the documents."""
    return f"nothing was found for {words}"


if __name__ == "__main__":
    server.run("stdio")
