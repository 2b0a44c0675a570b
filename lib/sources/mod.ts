/**
 * Places on disk where pairs arrive, and how the files there make a pair.
 *
 * Files are watched, polled, read as a unit and handed out once they are settled: nothing torn, mixed or briefly absent
 * gets through. Facts are read; nothing is judged. What could not be read is data with the system's own words.
 *
 * @module
 */
export * from "./layout.ts";
export * from "./open_file_set.ts";
export * from "./open_sources.ts";
export * from "./open_texts.ts";
export * from "./read_pair.ts";
export * from "./secret_name.ts";
export * from "./sighting.ts";
export * from "./source_error.ts";
export * from "./source_metrics.ts";
export * from "./watch_thread.ts";
