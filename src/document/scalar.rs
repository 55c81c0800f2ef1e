//! The YAML 1.2 core schema: what a plain scalar means.
