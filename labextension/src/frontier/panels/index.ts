/** The parts of the widget beside its plot, and the words that all of them use. */
export { ActionButton } from "./actionButton.js";
export { AxisPicker } from "./axisPicker.js";
export { BudgetPanel } from "./budgetPanel.js";
export { BudgetSlider } from "./budgetSlider.js";
export { Details } from "./details.js";
export { Mirror } from "./mirror.js";
export { Pins } from "./pins.js";
export { PlotToolbar } from "./plotToolbar.js";
export { Scrubber } from "./scrubber.js";
export { SeriesKey } from "./seriesKey.js";
export { Sparkline } from "./sparkline.js";
export { StatusBar } from "./statusBar.js";
export { Tooltip } from "./tooltip.js";
export { Words } from "./words.js";
