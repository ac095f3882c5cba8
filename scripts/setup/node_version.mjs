/** The first check of all: is this Node new enough? In plain syntax, so that an old Node reaches the sentence. */
const WANTED = [20, 19, 0];

/** Whether `version` ("20.19.3") is at least `wanted` ([20, 19, 0]). */
export function isAtLeast(version, wanted) {
  const parts = version.split(".").map(Number);
  for (let i = 0; i < wanted.length; i++) {
    if ((parts[i] || 0) !== wanted[i]) return (parts[i] || 0) > wanted[i];
  }
  return true;
}

/** The sentence for a Node that is too old; empty for one that is new enough. */
export function nodeComplaint(version) {
  if (isAtLeast(version, WANTED)) return "";
  return `Espalier needs Node 20.19 or newer; this is Node ${version} (${process.execPath}). Install a newer one from https://nodejs.org and run the command again.`;
}

const complaint = nodeComplaint(process.versions.node);
if (complaint !== "") {
  console.error(complaint);
  process.exit(1);
}
