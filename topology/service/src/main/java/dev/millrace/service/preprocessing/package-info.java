/** Determines the preprocessing with which a model was trained, from options, presets and files. */
package dev.millrace.service.preprocessing;
