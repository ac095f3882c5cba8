/** Finds a Python that can fetch wheels and make virtual environments. */
import { SetupFailure } from "./failure.mjs";
import { run } from "./processes.mjs";

const WANTED = [3, 10];

const QUESTION = `
import importlib.util as u, json, sys
print(json.dumps({"version": list(sys.version_info[:3]), "path": sys.executable,
                  "missing": [m for m in ("venv", "ensurepip", "pip") if u.find_spec(m) is None]}))
`;

/** The commands to ask, best first; `ESPALIER_PYTHON` alone where it is set. */
export function pythonCandidates(env = process.env, platform = process.platform) {
  if (env.ESPALIER_PYTHON) return [[env.ESPALIER_PYTHON]];
  const names = [["python3"], ["python"]];
  if (platform === "win32") return [["py", "-3"], ...names];
  for (const minor of [14, 13, 12, 11, 10]) names.push([`python3.${minor}`]);
  return names;
}

async function ask([command, ...args]) {
  const { code, output } = await run(command, [...args, "-c", QUESTION], { timeout: 30_000 });
  if (code !== 0) return null;
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}

const isNewEnough = ([major, minor]) => major > WANTED[0] || (major === WANTED[0] && minor >= WANTED[1]);

/**
 * The first interpreter that is new enough and complete.
 *
 * @returns {Promise<{command: string, version: string}>}
 * @throws SetupFailure when none answers, all are too old, or the modules are missing (one sentence each).
 */
export async function findPython(candidates = pythonCandidates()) {
  let old = null;
  let incomplete = null;
  for (const candidate of candidates) {
    const answer = await ask(candidate);
    if (answer === null) continue;
    const found = { command: answer.path || candidate[0], version: answer.version.join("."), missing: answer.missing };
    if (!isNewEnough(answer.version)) old ??= found;
    else if (answer.missing.length > 0) incomplete ??= found;
    else return { command: found.command, version: found.version };
  }
  if (incomplete !== null) {
    throw new SetupFailure(
      `Python ${incomplete.version} (${incomplete.command}) lacks ${incomplete.missing.join(" and ")}; install them (on Debian and Ubuntu: apt install python3-venv python3-pip) and run the command again.`,
    );
  }
  if (old !== null) {
    throw new SetupFailure(
      `Espalier needs Python 3.10 or newer; this is Python ${old.version} (${old.command}). Install a newer one from https://www.python.org, or set ESPALIER_PYTHON to it, and run the command again.`,
    );
  }
  throw new SetupFailure(
    `Espalier needs Python 3.10 or newer and finds none (tried ${candidates.map((c) => c.join(" ")).join(", ")}). Install one from https://www.python.org, or set ESPALIER_PYTHON to it, and run the command again.`,
  );
}
