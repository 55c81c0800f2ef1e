//! The native manifest: `apiVersion: tunelint.dev/v1alpha1`, `kind: LLMDeployment`.
