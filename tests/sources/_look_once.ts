/** Opens the pattern that it is given, and writes what it found at the first look as one line of JSON. */
import { openTestSources } from "../fakes/open_test_sources.ts";

await using sources = openTestSources([Deno.args[0]]);
await sources.first;
const found = [...sources.sightings()].map(([key, { problem, hint }]) => ({ key, problem, hint }));
console.log(JSON.stringify({ found, errors: sources.health()[0].errors }));
