"""Africa's Talking: everything that knows its hosts, fields, words and XML (africastalking.md).

`client` carries the SDK's requests, `voice`, `sms` and `ussd` translate both ways, `xml` writes what the phone
hears, `callbacks` bundles the reading side for the web rooms. Nobody but `channels.registry` imports it.
"""
