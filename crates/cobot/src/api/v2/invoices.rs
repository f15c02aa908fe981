//! Invoices, their charges and reminders.

use std::time::Duration;

use oauth_core::chrono::{DateTime, NaiveDate, Utc};
use oauth_core::http::HeaderValue;
use oauth_core::json_api::{AnyResource, ResourceBody, Single, ToMany, ToOne};
use oauth_core::{
    CommaSeparated, Endpoint, EndpointContext, Error, endpoint, http, json, open_enum, request_body,
    resource_body, response,
};

use super::base::{api2, collection};
use super::{
    Account, Address, MembershipAttributes, NewAccount, NewAddress, NewPrice, PaymentMethodAttributes, Price,
    SortOrder, SpaceAttributes,
};
use crate::provider::Cobot;

collection! {
    /// `GET /spaces/:space_id/invoices`: a space's invoices: in a date range, of one debitor, or with a paid
    /// status, which excludes the other filters. For admins. Scope `read_invoices`.
    pub struct Invoices(space_id: String) {
        optional {
            /// A membership or a team.
            debitor_id = "filter[debitorId]": String,
            /// The older form of `debitor_id`.
            membership_id = "filter[membershipId]": String,
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
            date_filter_field = "filter[dateFilterField]": InvoiceDateField,
            paid_status = "filter[paidStatus]": CommaSeparated<PaidStatus>,
        }
    }
    GET api2 "/spaces/:space_id/invoices" scopes ["read_invoices"] => InvoiceAttributes
}

collection! {
    /// `GET /spaces/:space_id/invoices/search`: a space's invoices with this text in number, items or
    /// recipient. For admins. The paid status `late` means unpaid and due for a reminder. Scope
    /// `read_invoices`.
    pub struct SearchInvoices(space_id: String) {
        required {
            query = "filter[query]": String,
        }
        optional {
            paid_status = "filter[paidStatus]": CommaSeparated<PaidStatus>,
            sent_status = "filter[sentStatus]": CommaSeparated<SentStatus>,
            sort_by = "filter[sortBy]": InvoiceSort,
            sort_order = "filter[sortOrder]": SortOrder,
        }
    }
    GET api2 "/spaces/:space_id/invoices/search" scopes ["read_invoices"] => InvoiceAttributes
}

collection! {
    /// `GET /spaces/:space_id/invoice_previews`: the invoices that will be generated between two days, from
    /// today on. For admins. Scope `read_invoices`.
    pub struct InvoicePreviews(space_id: String) {
        required {
            from = "filter[from]": NaiveDate,
            to = "filter[to]": NaiveDate,
        }
        optional {
            date_filter_field = "filter[dateFilterField]": InvoiceDateField,
        }
    }
    GET api2 "/spaces/:space_id/invoice_previews" scopes ["read_invoices"] => InvoiceAttributes
}

endpoint! {
    [] Cobot;
    /// `GET /invoices/:id`: an invoice. For admins and the member. Scope `read_invoices`.
    pub struct Invoice(id: String);
    GET api2 "/invoices/:id" scopes ["read_invoices"] => json(Single<InvoiceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `GET /invoices/:id.pdf`: an invoice as a PDF of at most 64 MiB. For admins and the member. The
    /// parameter `token`, which replaces an access token, is left out. Scope `read_invoices`.
    pub struct InvoicePdf(id: String) {
        optional {
            /// Leaves out all that is about payment.
            e_invoice: bool,
        }
    }
    GET api2 "/invoices/:id.pdf" scopes ["read_invoices"] limits(64 << 20, 300) => bytes
}

endpoint! {
    [] Cobot;
    /// `POST /invoices`: creates an invoice, or with `corrected_invoice` a correction of one. For admins. 422
    /// with the places that are wrong. Scope `write_invoices`.
    pub struct CreateInvoice();
    POST api2 "/invoices" scopes ["write_invoices"] body(invoice: ResourceBody<NewInvoice> as "data")
        => json(Single<InvoiceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /invoices/:id/lock`: makes an invoice final. For admins. Scope `write_invoices`.
    pub struct LockInvoice(id: String);
    POST api2 "/invoices/:id/lock" scopes ["write_invoices"] => json(Single<InvoiceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `DELETE /invoices/:id/lock`: makes an invoice editable again. For admins. 409 if it has a final PDF or
    /// an e-invoice. Scope `write_invoices`.
    pub struct UnlockInvoice(id: String);
    DELETE api2 "/invoices/:id/lock" scopes ["write_invoices"] => json(Single<InvoiceAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /invoices/:id/e_invoice`: creates the e-invoice of an invoice, which locks the invoice. For
    /// admins. The fields are for Poland's KSeF. Scope `write_invoices`.
    pub struct CreateEInvoice(id: String);
    POST api2 "/invoices/:id/e_invoice" scopes ["write_invoices"]
        body(einvoice: ResourceBody<NewEInvoice> as "data", id) => json(Single<InvoiceAttributes>)
}

collection! {
    /// `GET /invoices/:id/payment_methods`: the payment methods of an invoice's payments. For admins. Scope
    /// `read_payment_methods`.
    pub struct InvoicePaymentMethods(id: String);
    GET api2 "/invoices/:id/payment_methods" scopes ["read_payment_methods"] => PaymentMethodAttributes
}

endpoint! {
    [] Cobot;
    /// `POST /invoice_charges`: charges invoices, after the response. For admins. 202. Scope
    /// `write_invoices`.
    pub struct ChargeInvoices();
    POST api2 "/invoice_charges" scopes ["write_invoices"]
        body(invoice_charges: ResourceBody<NewInvoiceCharges> as "data")
        => json(Single<InvoiceChargeAttributes>)
}

endpoint! {
    [] Cobot;
    /// `POST /invoice_reminders`: sends a reminder of an overdue invoice. For admins. 201 without a body.
    /// Scope `write_invoice_reminders`.
    pub struct SendInvoiceReminder();
    POST api2 "/invoice_reminders" scopes ["write_invoice_reminders"]
        body(invoice_reminder: ResourceBody<NewInvoiceReminder> as "data") => nothing
}

/// `POST /invoices/:id/pdf`: attaches a final PDF to a locked invoice, such as an e-invoice that was made
/// elsewhere. If sending it was requested, it is sent then. For admins. Scope `write_invoices`. Operation
/// `attach-invoice-pdf`.
///
/// Written out because its body is a form with a file.
#[derive(Clone)]
pub struct AttachInvoicePdf {
    id: String,
    pdf: Vec<u8>,
    e_invoice: Option<bool>,
    e_invoice_standard: Option<String>,
}

impl AttachInvoicePdf {
    /// Attaches this PDF.
    pub fn new(id: impl Into<String>, pdf: impl Into<Vec<u8>>) -> Self {
        Self { id: id.into(), pdf: pdf.into(), e_invoice: None, e_invoice_standard: None }
    }

    /// Sets `eInvoice`: the PDF is an e-invoice.
    #[must_use]
    pub fn e_invoice(mut self, e_invoice: bool) -> Self {
        self.e_invoice = Some(e_invoice);
        self
    }

    /// Sets `eInvoiceStandard`, such as `Zugferd`.
    #[must_use]
    pub fn e_invoice_standard(mut self, standard: impl Into<String>) -> Self {
        self.e_invoice_standard = Some(standard.into());
        self
    }
}

impl std::fmt::Debug for AttachInvoicePdf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AttachInvoicePdf")
            .field("id", &self.id)
            .field("pdf", &self.pdf.len())
            .finish_non_exhaustive()
    }
}

impl Endpoint<Cobot> for AttachInvoicePdf {
    type Response = Single<InvoiceAttributes>;
    const NAME: &'static str = "POST /invoices/:id/pdf";
    const SCOPES: &'static [&'static str] = &["write_invoices"];
    const MIN_DEADLINE: Duration = Duration::from_secs(300);

    fn request(&self, context: &EndpointContext<'_, Cobot>) -> Result<http::Request<Vec<u8>>, Error> {
        let boundary = (0_u64..)
            .map(|number| format!("part-{number}"))
            .find(|boundary| !self.pdf.windows(boundary.len()).any(|bytes| bytes == boundary.as_bytes()))
            .unwrap_or_default();
        let content_type = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"));
        let content_type =
            content_type.map_err(|_| Error::invalid_input("a header cannot hold the boundary"))?;
        let mut request = api2(context)
            .content_type(content_type)
            .path("/invoices/:id/pdf", &[("id", &self.id)])
            .build(http::Method::POST)?;
        let fields = [
            ("eInvoice", self.e_invoice.map(|value| value.to_string())),
            ("eInvoiceStandard", self.e_invoice_standard.clone()),
        ];
        let mut body = Vec::new();
        for (name, value) in fields {
            if let Some(value) = value {
                if value.contains(['\r', '\n']) {
                    return Err(Error::invalid_input(format!("`{name}` has a line break")));
                }
                let part = format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                );
                body.extend_from_slice(part.as_bytes());
            }
        }
        let file = "Content-Disposition: form-data; name=\"pdf\"; filename=\"invoice.pdf\"\r\nContent-Type: application/pdf";
        body.extend_from_slice(format!("--{boundary}\r\n{file}\r\n\r\n").as_bytes());
        body.extend_from_slice(&self.pdf);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        *request.body_mut() = body;
        Ok(request)
    }

    fn parse(
        &self,
        _: &EndpointContext<'_, Cobot>,
        response: http::Response<Vec<u8>>,
    ) -> Result<Self::Response, Error> {
        json(&response)
    }
}

resource_body! {
    /// A new invoice.
    pub struct NewInvoice as "invoices" {
        required {
            items: Vec<NewInvoiceItem>,
        }
        optional {
            billing_emails = "billingEmails": Vec<String>,
            notes: String,
            tax_id = "taxId": String,
            invoice_text = "invoiceText": String,
            invoice_date = "invoiceDate": NaiveDate,
            recipient_address = "recipientAddress": NewAddress,
            /// Writes the corrected invoice off.
            write_off_corrected_invoice = "writeOffCorrectedInvoice": bool,
        }
        relationships {
            required {
                space: ToOne<SpaceAttributes>,
            }
            optional {
                membership: ToOne<MembershipAttributes>,
                /// A membership, a team or a contact.
                debitor: ToOne<AnyResource>,
                corrected_invoice = "correctedInvoice": ToOne<InvoiceAttributes>,
            }
        }
    }
}

resource_body! {
    /// A new e-invoice.
    pub struct NewEInvoice as "invoices" {
        required {
            e_invoice_standard: EInvoiceStandard,
            ksef_reference_number: String,
            ksef_acceptance_timestamp: String,
        }
    }
}

resource_body! {
    /// Invoices to charge.
    pub struct NewInvoiceCharges as "invoiceCharges" {
        relationships {
            required {
                invoices: ToMany<InvoiceAttributes>,
            }
        }
    }
}

resource_body! {
    /// A reminder of an invoice.
    pub struct NewInvoiceReminder as "invoiceReminders" {
        required {
            to: String,
            subject: String,
            body: String,
        }
        optional {
            bcc: String,
        }
        relationships {
            required {
                invoice: ToOne<InvoiceAttributes>,
            }
        }
    }
}

request_body! {
    /// An item of a new invoice.
    pub struct NewInvoiceItem {
        required {
            description: String,
            /// Only `net` and `taxes` count.
            amount: NewPrice,
        }
        optional {
            /// Decimal.
            quantity: String,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": NewAccount,
            revenue_account = "revenueAccount": NewAccount,
            /// Paid before; not part of the payable amount.
            paid: bool,
        }
    }
}

response! {
    /// Attributes of an invoice.
    pub struct InvoiceAttributes {
        optional {
            invoice_text = "invoiceText": String,
            invoice_date = "invoiceDate": NaiveDate,
            paid_date = "paidDate": NaiveDate,
            paid_status = "paidStatus": PaidStatus,
            due_date = "dueDate": NaiveDate,
            e_invoicing_ready = "eInvoicingReady": bool,
            /// Day of the next reminder.
            remind_at = "remindAt": NaiveDate,
            number: String,
            sent_status = "sentStatus": SentStatus,
            reminder_status = "reminderStatus": ReminderStatus,
            /// Number of reminders.
            sent_reminders_count = "sentRemindersCount": u32,
            last_reminder_sent_at = "lastReminderSentAt": DateTime<Utc>,
            sender_tax_id = "senderTaxId": String,
            tax_id = "taxId": String,
            /// Name of the tax id in the recipient's country.
            tax_id_name = "taxIdName": String,
            pdf: InvoiceFile,
            /// Time at which it will be charged.
            charge_at = "chargeAt": DateTime<Utc>,
            /// Cobot can charge it.
            can_charge = "canCharge": bool,
            /// The user may change it.
            can_update = "canUpdate": bool,
            customer_number = "customerNumber": String,
            recipient_address = "recipientAddress": Address,
            sender_address = "senderAddress": Address,
            notes: String,
            /// Decimal.
            payable_amount = "payableAmount": String,
            /// Decimal.
            paid_amount = "paidAmount": String,
            total_amount = "totalAmount": Price,
        }
        lists {
            billing_emails = "billingEmails": String,
            items: InvoiceItem,
        }
    }
}

response! {
    /// Attributes of a charge of invoices; there are none documented.
    pub struct InvoiceChargeAttributes {
    }
}

response! {
    /// The PDF of an invoice.
    pub struct InvoiceFile {
        optional {
            e_invoice = "eInvoice": bool,
            e_invoice_standard = "eInvoiceStandard": String,
            /// Valid for a few minutes, without a token.
            url: String,
            /// The PDF does not change any more.
            archived: bool,
        }
    }
}

response! {
    /// An item of an invoice.
    pub struct InvoiceItem {
        optional {
            description: String,
            /// Paid before; not part of the payable amount.
            paid: bool,
            /// Decimal.
            quantity: String,
            accounting_code = "accountingCode": String,
            cost_center = "costCenter": Account,
            revenue_account = "revenueAccount": Account,
            amount: Price,
            total_amount = "totalAmount": Price,
        }
    }
}

open_enum! {
    /// The date of an invoice that a filter is about.
    pub enum InvoiceDateField {
        DueDate = "dueDate",
        InvoiceDate = "invoiceDate",
        RemindAt = "remindAt",
    }
}

open_enum! {
    /// The paid status of an invoice.
    pub enum PaidStatus {
        Unpaid = "unpaid",
        Paid = "paid",
        WrittenOff = "writtenOff",
        Pending = "pending",
        Late = "late",
        Canceled = "canceled",
    }
}

open_enum! {
    /// The progress of sending an invoice.
    pub enum SentStatus {
        Sent = "sent",
        Unsent = "unsent",
        Sending = "sending",
        SendingRequested = "sendingRequested",
        FailedToSend = "failedToSend",
    }
}

open_enum! {
    /// The field that invoices are sorted by.
    pub enum InvoiceSort {
        InvoiceDate = "invoiceDate",
        Number = "number",
        PaidStatus = "paidStatus",
        SentStatus = "sentStatus",
        Company = "company",
        Name = "name",
        TotalAmount = "totalAmount",
    }
}

open_enum! {
    /// A standard of e-invoices.
    pub enum EInvoiceStandard {
        KSeF = "KSeF",
    }
}

open_enum! {
    /// The progress of sending a reminder.
    pub enum ReminderStatus {
        NotSent = "notSent",
        Sending = "sending",
        Sent = "sent",
        FailedToSend = "failedToSend",
    }
}
