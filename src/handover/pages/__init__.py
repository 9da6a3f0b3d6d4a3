"""The pages that officers work in: server-rendered HTML, no rule, no SQL; every act is a use case of `application`."""
