/** A process that appends cells to a history: folder, bytes of a file, number of cells, and whether it exits at once. */
import { History } from "../../../kernel/src/history/history.js";
import { HistoryFile } from "../../../kernel/src/history/historyFile.js";

const [folder, bytes, cells, atOnce] = process.argv.slice(2);
const file = new HistoryFile(folder!, Number(bytes));
const history = new History({ folder, file, warn: (message) => console.error(message) });
for (let line = 1; line <= Number(cells); line++) history.append(line, `${process.pid} ${line}`);
if (atOnce === "exit") process.exit();
await history.close();
