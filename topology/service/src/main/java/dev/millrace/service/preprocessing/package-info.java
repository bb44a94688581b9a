/** Finds out with which preprocessing a model was trained: from options, presets and files. */
package dev.millrace.service.preprocessing;
