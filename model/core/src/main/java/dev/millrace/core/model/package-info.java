/** What a model is: its labels, its manifest, and the device that it runs on. */
package dev.millrace.core.model;
