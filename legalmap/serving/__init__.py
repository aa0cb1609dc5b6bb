"""The server of “legalmap run”: uvicorn, with what is made answered before anything is parsed."""
