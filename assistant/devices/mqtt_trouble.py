"""Why a broker cannot be reached, in a sentence with the remedy."""

OTHER_VERSION = 132
BAD_PASSWORD = 134
NOT_ALLOWED = 135
"""Reason codes of MQTT 5."""

_REASONS = (
    # What an error contains → what is wrong, and the remedy.
    ("certificate has expired", "shows a certificate that has expired. Renew it, or set this machine's clock right"),
    ("certificate is not yet valid", "shows a certificate that is not valid yet. Set this machine's clock right"),
    ("mismatch", "shows a certificate for another host. Write mqtt.host as the certificate names it"),
    ("CERTIFICATE_VERIFY_FAILED", "shows a certificate that nobody known has signed. Name its mqtt.tls.authority"),
    ("WRONG_VERSION_NUMBER", "does not speak TLS on this port. Set mqtt.tls to null or mqtt.port to another"),
    ("CERTIFICATE_REQUIRED", "asks for a certificate. Set mqtt.tls.certificate and mqtt.tls.key"),
    ("refused", "is not there: the connection was refused. Start it, or mend mqtt.host and mqtt.port"),
    ("Name or service not known", "cannot be found by that name. Mend mqtt.host, or write its IP address"),
    ("Temporary failure in name resolution", "cannot be found by that name now. Write its IP address"),
    ("unreachable", "cannot be reached through this network. Check the cable or the Wi-Fi"),
    ("timed out", "does not answer. Check mqtt.host and mqtt.port, and that it runs"),
)


def trouble(address: str, user: str | None, code: int | None, text: str) -> str:
    """`code` is the broker's own reason, if it gave one; `text` what the library says."""
    if code in (BAD_PASSWORD, NOT_ALLOWED):
        who = f"user {user}" if user else "users without a name"
        how = f"does not let {who} in. Mend mqtt.user and mqtt.password"
    elif code == OTHER_VERSION:
        how = "does not speak this version of MQTT. Set mqtt.version to 3"
    else:
        how = next((how for part, how in _REASONS if part in text), f"was lost ({text[:100]}). It is tried again")
    return f"The MQTT broker at {address} {how}."
