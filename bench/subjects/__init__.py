"""What is measured side by side. Each subject does the same job: one sealed record there, one signed receipt back."""
