/** Progress of a long transfer: one line that rewrites itself on a terminal, a plain line now and then elsewhere. */

/** 207208420 → "207 MB"; 3100000000 → "3.1 GB". Decimal units, as registries and disks count. */
export function megabytes(bytes) {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return `${Math.round(bytes / 1e6)} MB`;
}

function duration(seconds) {
  if (!Number.isFinite(seconds)) return "?";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return `${Math.ceil(seconds / 60)} min`;
}

/** The text of one state: what, how much of how much, rate, time left. */
export function progressLine(label, bytes, total, seconds) {
  const rate = seconds > 0 ? bytes / seconds : 0;
  const left = rate > 0 ? (total - bytes) / rate : Number.POSITIVE_INFINITY;
  const share = Math.min(100, Math.floor((100 * bytes) / total));
  return `${label}: ${megabytes(bytes)} of ${megabytes(total)} (${share} %), ${(rate / 1e6).toFixed(1)} MB/s, ${duration(Math.max(0, left))} left`;
}

export class Progress {
  #label;
  #total;
  #out;
  #start = Date.now();
  #shown = 0;

  /** @param {string} label @param {number} total bytes @param {NodeJS.WriteStream} [out] */
  constructor(label, total, out = process.stdout) {
    this.#label = label;
    this.#total = total;
    this.#out = out;
  }

  /** Shows the state, at most four times a second on a terminal and every ten seconds elsewhere. */
  update(bytes) {
    const now = Date.now();
    const pause = this.#out.isTTY ? 250 : 10_000;
    if (now - Math.max(this.#shown, this.#out.isTTY ? 0 : this.#start) < pause) return;
    this.#shown = now;
    const line = progressLine(this.#label, bytes, this.#total, (now - this.#start) / 1000);
    this.#out.write(this.#out.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
  }

  /** Ends the line and says how long it took. */
  done() {
    const line = `${this.#label}: done in ${duration((Date.now() - this.#start) / 1000)}`;
    this.#out.write(this.#out.isTTY ? `\r\x1b[2K${line}\n` : `${line}\n`);
  }

  /** Ends the line of a terminal before an error is told. */
  abandon() {
    if (this.#out.isTTY) this.#out.write("\r\x1b[2K");
  }
}
