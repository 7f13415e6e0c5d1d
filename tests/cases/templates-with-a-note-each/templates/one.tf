# A copy under another name.
