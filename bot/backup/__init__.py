"""A company's store as one sealed file: written, checked, laid back. Policy 3.3.2."""
