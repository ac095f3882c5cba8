/** Streams: what a cell prints, from whoever prints it to whole messages of text. It knows nothing of the sockets. */
export { type CapturedDescriptors, captureDescriptors } from "./captureDescriptors.js";
export { Coalescer, type CoalescerOptions, type PublishText } from "./coalescer.js";
export { DescriptorReader, type OnText } from "./descriptorReader.js";
export { StreamPump, type StreamPumpOptions } from "./streamPump.js";
export { type StreamName, StreamReader, StreamWriter, streamRingMemory, type TakeText } from "./streamRing.js";
