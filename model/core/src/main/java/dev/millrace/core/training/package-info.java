/** A training's configuration and events, and the interface of the trainer. */
package dev.millrace.core.training;
