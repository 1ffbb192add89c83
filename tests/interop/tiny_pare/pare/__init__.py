"""As much of PARE as `pare scenarios export-from-pare` touches, on a real Meta-ARE: the same module and class names."""
