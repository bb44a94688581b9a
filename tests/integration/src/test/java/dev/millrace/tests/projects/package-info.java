/** Builds projects of users, from Millrace's artifacts in a local Maven repository. */
package dev.millrace.tests.projects;
