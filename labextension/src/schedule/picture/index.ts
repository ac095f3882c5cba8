/** Which patches of a picture die where. */
export { PicturePanel } from "./picturePanel.js";
