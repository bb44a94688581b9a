/** Measures the accuracy of a running service on the images whose labels are known. */
package dev.millrace.service.quality;
