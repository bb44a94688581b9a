/** The labels and the manifest of a model, and the device that runs it. */
package dev.millrace.core.model;
