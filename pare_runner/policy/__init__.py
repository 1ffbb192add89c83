"""What agents ask and models answer: messages, tools, requests, responses, and the interface of whoever answers."""
