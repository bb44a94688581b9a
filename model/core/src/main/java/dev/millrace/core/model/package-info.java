/** What a model is (labels, manifest) and the port through which one runs. */
package dev.millrace.core.model;
