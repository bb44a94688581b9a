/** Tests of the whole service against a real broker. */
package dev.millrace.tests;
