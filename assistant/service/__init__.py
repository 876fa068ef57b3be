"""The assistant as an appliance: two services with a body, watched over."""
