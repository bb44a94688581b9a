/** How many of the images with a known label a running service classifies right. */
package dev.millrace.service.quality;
