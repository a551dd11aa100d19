"""An S3 server of one's own on loopback, sample images, and a tour of the commands.

Needs the extra `sandbox` (moto and Pillow): `pip install 'manifest-sync[sandbox]'`. Without it
importing `samples`, `sandbox` or `tour` raises ImportError, which the command line turns into
that sentence. Nothing here is imported by the rest of the program.
"""
