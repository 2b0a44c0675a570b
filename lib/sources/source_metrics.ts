/** The families that sources write to. */
export interface SourceMetrics {
  /** Adds to a counter; 1 unless told. */
  add(
    name: "certgate_source_looks_total" | "certgate_source_parses_total" | "certgate_source_errors_total",
    labels?: Readonly<Record<string, string>>,
    by?: number,
  ): void;
  /** Sets a gauge. */
  set(
    name: "certgate_source_up" | "certgate_source_bundles" | "certgate_source_watching",
    value: number,
    labels?: Readonly<Record<string, string>>,
  ): void;
}
