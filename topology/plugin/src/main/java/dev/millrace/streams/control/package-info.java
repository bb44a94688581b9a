/**
 * Lets a running {@link dev.millrace.streams.ImageInference} follow the promotions on the control
 * topic.
 */
package dev.millrace.streams.control;
