/** What travels in Millrace's topics: image events in, predictions out, and their serdes. */
package dev.millrace.events;
