/** Results as drawings: Vega-Lite specifications, SVG and PNG without a browser, and one self-contained page. */
export { type CertificateFigureOptions, certificateSpecification } from "./certificate.js";
export { type FrontierOptions, frontierSpecification } from "./frontier.js";
export { type PageOptions, renderPage } from "./page/page.js";
export { renderPng, renderSvg } from "./render.js";
export { type ScheduleOptions, scheduleSpecification } from "./schedule.js";
