/** Reads the names of a model's classes from every usual form of file. */
package dev.millrace.service.labels;
