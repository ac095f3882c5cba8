/** Results as drawings: Vega-Lite specifications, SVG and PNG without a browser, and one self-contained page. */
export { type CertificateFigureOptions, certificateSpecification, oneCertificateSpecification } from "./certificate.js";
export { type FrontierOptions, frontierSpecification, pointsSpecification } from "./frontier.js";
export { type LatencyFigureOptions, latencySpecification } from "./latency.js";
export { escapeHtml } from "./page/html.js";
export { type PageOptions, renderPage } from "./page/page.js";
export { renderPng, renderSvg } from "./render.js";
export { type ScheduleOptions, scheduleSpecification } from "./schedule.js";
export { type SearchersFigureOptions, searchersSpecification } from "./searchers.js";
export { type SharesOptions, sharesSpecification } from "./shares.js";
export type { FigureSpecification } from "./specification.js";
