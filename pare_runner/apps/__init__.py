"""The phone: twelve apps, their screens and tools, notifications, and the contract every app keeps.

`core/` is what an app is made of; each other folder is one app (`models.py`, `app.py`, `screens.py`); `phone.py` puts
them together; `contract.py` is the suite an app's author runs.
"""
