//! The calls of API 2.

use cobot::api::v2::*;
use cobot::json_api::Identifier;

use crate::{Visitor, day, time};

/// Visits each call of API 2 with its recorded response.
#[allow(clippy::too_many_lines)] // a table
pub(crate) fn visit(visitor: &mut impl Visitor) {
    visitor.visit("get-article", &Article::new("id-1"));
    visitor.visit("list-space-articles", &Articles::new("space-1").page_number(3_u32).page_size(3_u32));
    visitor.visit(
        "get-space-bookings",
        &Bookings::new("space-1", time(10), time(12))
            .include(["membership"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-booking", &Booking::new("id-1"));
    visitor.visit(
        "create-admin-booking",
        &CreateBooking::new(
            NewBooking::new(time(10), time(12), "resource-1")
                .units(3_u32)
                .title("Team meeting")
                .url("https://example.com/page")
                .custom_price(NewBookingPrice::new("12.00"))
                .comments("For six people")
                .attendees_message("Bring a laptop")
                .recurrence(NewRecurrence::new(
                    NewRecurrenceRule::new(Frequency::Weekly).interval(2_u32).until(day(28)).weekdays([1, 3]),
                ))
                .booking_extras(vec![NewBookingExtra::new("2.0").product_id("product-1")])
                .attendees(vec![NewAttendee::new("mia@example.com")])
                .membership("membership-1"),
        ),
    );
    visitor.visit(
        "update-space-booking",
        &UpdateBooking::new(
            "id-1",
            BookingChanges::new()
                .from(time(10))
                .to(time(12))
                .title("Team meeting")
                .url("https://example.com/page")
                .units(3_u32)
                .custom_price(NewBookingPrice::new("12.00"))
                .comments("For six people")
                .attendees_message("Bring a laptop")
                .booking_extras(vec![NewBookingExtra::new("2.0").product_id("product-1")])
                .attendees(vec![NewAttendee::new("mia@example.com")])
                .update_following(true)
                .resource("resource-1")
                .membership("membership-1"),
        ),
    );
    visitor.visit("delete-space-booking", &DeleteBooking::new("id-1"));
    visitor.visit(
        "get-membership-bookings",
        &MembershipBookings::new("membership-1", time(10), time(12)).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "create-membership-booking",
        &CreateMembershipBooking::new(
            "membership-1",
            NewBooking::new(time(10), time(12), "resource-1")
                .units(3_u32)
                .title("Team meeting")
                .url("https://example.com/page")
                .custom_price(NewBookingPrice::new("12.00"))
                .comments("For six people")
                .attendees_message("Bring a laptop")
                .recurrence(NewRecurrence::new(
                    NewRecurrenceRule::new(Frequency::Weekly).interval(2_u32).until(day(28)).weekdays([1, 3]),
                ))
                .booking_extras(vec![NewBookingExtra::new("2.0").product_id("product-1")])
                .attendees(vec![NewAttendee::new("mia@example.com")])
                .membership("membership-1"),
        ),
    );
    visitor.visit(
        "get-recurring-bookings",
        &RecurringBookings::new("recurring-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("delete-following-recurring-bookings", &DeleteFollowingBookings::new("booking-1"));
    visitor.visit(
        "post-bookings-preview",
        &PreviewBookings::new(
            NewBookingPreview::new(time(10), time(12), ["resources-1"])
                .units(3_u32)
                .recurrence(NewRecurrence::new(
                    NewRecurrenceRule::new(Frequency::Weekly).interval(2_u32).until(day(28)).weekdays([1, 3]),
                ))
                .booking_extras(vec![NewBookingExtra::new("2.0").product_id("product-1")])
                .membership("membership-1")
                .booking("booking-1"),
        )
        .page_number(3_u32)
        .page_size(3_u32),
    );
    visitor.visit(
        "get-membership-booking-credits",
        &BookingCredits::new("membership-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "get-space-calendar-blockers",
        &CalendarBlockers::new("space-1", day(7), day(9)).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("get-calendar-blocker", &CalendarBlocker::new("id-1"));
    visitor.visit(
        "get-space-allocations",
        &Allocations::new("space-1", day(7), day(9))
            .include(["allocatee"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-allocation", &Allocation::new("id-1"));
    visitor.visit("create-check-in", &CreateCheckIn::new(NewCheckIn::new("00:11:22", "space-1")));
    visitor.visit("create-check-out", &CheckOut::new("id-1"));
    visitor.visit(
        "list-space-check-ins-current",
        &CurrentCheckIns::new("space-1", "text").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "get-membership-check-ins",
        &MembershipCheckIns::new("membership-1", time(10), time(12)).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("get-space-contacts", &Contacts::new("space-1").page_number(3_u32).page_size(3_u32));
    visitor.visit("get-contact", &Contact::new("id-1"));
    visitor.visit(
        "list-space-drop-in-passes",
        &DropInPasses::new("space-1", day(7), day(9))
            .sort_order(SortOrder::Asc)
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-drop-in-pass", &DropInPass::new("id-1"));
    visitor.visit("drop-in-pass-cancellation", &CancelDropInPass::new("id-1"));
    visitor.visit(
        "create-drop-in-pass-purchase",
        &PurchaseDropInPass::new(
            NewDropInPassPurchase::new(
                vec![NewDropInPass::new(day(7), 1_u32, "template-1").into()],
                true,
                "Mia Novak",
                NewAddress::new().full_address("Main Street 1, Berlin"),
                "mia@example.com",
            )
            .company("Novak Ltd")
            .phone("+49 30 1234")
            .tax_id("DE123")
            .comments("For six people")
            .payment("payment-1")
            .payment_method("payment_method-1"),
        ),
    );
    visitor.visit("get-drop-in-pass-template", &DropInPassTemplate::new("id-1"));
    visitor.visit(
        "get-drop-in-pass-template-availability",
        &DropInPassAvailability::new("id-1", day(7), day(9)),
    );
    visitor.visit(
        "list-events",
        &Events::new("space-1", time(10), time(12), ["draft", "published"])
            .include(["attendances"])
            .tags(["a", "b"])
            .resource_ids(["a", "b"])
            .attendee_ids(["a", "b"])
            .sort_order(SortOrder::Asc)
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-event", &Event::new("id-1").include(["attendances"]));
    visitor.visit(
        "create-admin-event",
        &CreateEvent::new(
            NewEvent::new(time(10), time(12), "Team meeting", Audience::MembersOnly, "space-1")
                .description("Quiet and bright")
                .color("#336699")
                .video_url("https://example.com/call")
                .public_page(true)
                .image(NewImage::new("data:image/png;base64,AAAA"))
                .location("Berlin")
                .capacity(3_u32)
                .tags(vec!["design".to_owned()])
                .price(NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]))
                .visitor_price(
                    NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]),
                )
                .accounting_code("8400")
                .visitor_accounting_code("text")
                .cost_center(NewAccount::new("Rooms", "4711"))
                .revenue_account(NewAccount::new("Rooms", "4711"))
                .visitor_cost_center(NewAccount::new("Rooms", "4711"))
                .visitor_revenue_account(NewAccount::new("Rooms", "4711"))
                .resources(["resources-1"]),
        ),
    );
    visitor.visit(
        "update-event",
        &UpdateEvent::new(
            "id-1",
            EventChanges::new()
                .from(time(10))
                .to(time(12))
                .title("Team meeting")
                .audience(Audience::MembersOnly)
                .description("Quiet and bright")
                .color("#336699")
                .video_url("https://example.com/call")
                .public_page(true)
                .image(NewImage::new("data:image/png;base64,AAAA"))
                .location("Berlin")
                .capacity(3_u32)
                .tags(vec!["design".to_owned()])
                .price(NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]))
                .visitor_price(
                    NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]),
                )
                .accounting_code("8400")
                .visitor_accounting_code("text")
                .cost_center(NewAccount::new("Rooms", "4711"))
                .revenue_account(NewAccount::new("Rooms", "4711"))
                .visitor_cost_center(NewAccount::new("Rooms", "4711"))
                .visitor_revenue_account(NewAccount::new("Rooms", "4711"))
                .resources(["resources-1"]),
        ),
    );
    visitor.visit("delete-event", &DeleteEvent::new("id-1"));
    visitor.visit("publish-admin-event", &PublishEvent::new("id-1"));
    visitor.visit("depublish-admin-event", &UnpublishEvent::new("id-1"));
    visitor.visit(
        "list-event-tags",
        &EventTags::new("space-1").from(time(10)).to(time(12)).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "list-event-attendances",
        &EventAttendances::new("id-1").include(["attendee"]).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("get-event-attendance", &EventAttendance::new("id-1").include(["attendee"]));
    visitor.visit(
        "attend-event",
        &AttendEvent::new(NewEventAttendance::new("attendee-1", "event-1").visibility(Visibility::Admins)),
    );
    visitor.visit("unattend-event", &UnattendEvent::new("id-1"));
    visitor
        .visit("get-event-event-messages", &EventMessages::new("id-1").page_number(3_u32).page_size(3_u32));
    visitor.visit("get-event-message", &EventMessage::new("id-1"));
    visitor.visit(
        "create-event-messages",
        &CreateEventMessage::new(NewEventMessage::new(MessageTrigger::Attended, "See you soon.", "event-1")),
    );
    visitor.visit(
        "update-event-message",
        &UpdateEventMessage::new(
            "id-1",
            EventMessageChanges::new().trigger(MessageTrigger::Attended).body("See you soon."),
        ),
    );
    visitor.visit("delete-event-message", &DeleteEventMessage::new("id-1"));
    visitor.visit(
        "create-event-ticket-purchase",
        &PurchaseEventTicket::new(
            NewEventTicketPurchase::new(
                vec![NewEventTicket::new(1_u32, "event-1").into()],
                true,
                "Mia Novak",
                NewAddress::new().full_address("Main Street 1, Berlin"),
                "mia@example.com",
            )
            .company("Novak Ltd")
            .phone("+49 30 1234")
            .tax_id("DE123")
            .comments("For six people")
            .payment("payment-1")
            .payment_method("payment_method-1"),
        ),
    );
    visitor.visit(
        "get-space-external-bookings",
        &ExternalBookings::new("space-1", time(10), time(12))
            .sort_order(SortOrder::Asc)
            .include(["invoices"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("show-external-booking", &ExternalBooking::new("id-1").include(["invoices"]));
    visitor.visit(
        "create-external-booking",
        &CreateExternalBooking::new(
            NewExternalBooking::new(
                time(10),
                time(12),
                3_u32,
                true,
                "Mia Novak",
                NewAddress::new().full_address("Main Street 1, Berlin"),
                "mia@example.com",
                "resource-1",
            )
            .title("Team meeting")
            .company("Novak Ltd")
            .comments("For six people")
            .admin_comments("text")
            .phone("+49 30 1234")
            .tax_id("DE123")
            .booking_extras(vec![NewBookingExtra::new("2.0").product_id("product-1")])
            .payment("payment-1")
            .discount("discount-1")
            .payment_method("payment_method-1"),
        ),
    );
    visitor.visit(
        "update-external-booking",
        &UpdateExternalBooking::new(
            "id-1",
            ExternalBookingChanges::new()
                .from(time(10))
                .to(time(12))
                .title("Team meeting")
                .admin_comments("text")
                .custom_price(NewBookingPrice::new("12.00"))
                .number_of_visitors(3_u32),
        ),
    );
    visitor.visit("delete-external-booking", &CancelExternalBooking::new("id-1"));
    visitor.visit("external-booking-cancellation", &RequestExternalBookingCancellation::new("id-1"));
    visitor.visit(
        "preview-external-booking",
        &PreviewExternalBooking::new(
            NewExternalBookingPreview::new(time(10), time(12))
                .booking_extras(vec![NewBookingExtra::new("2.0").product_id("product-1")])
                .resource("resource-1")
                .discount("discount-1"),
        ),
    );
    visitor.visit(
        "get-external-resources",
        &ExternalResources::new("space-1").include(["media"]).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "get-available-external-resources",
        &AvailableExternalResources::new("space-1", time(10), time(12))
            .ignore_booking_times(true)
            .ignore_external_booking_id("text")
            .minimum_capacity(3_u32)
            .include(["media"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-external-resource", &ExternalResource::new("id-1").include(["media"]));
    visitor.visit(
        "create-external-resource",
        &CreateExternalResource::new(
            NewExternalResource::new("resource-1")
                .description("Quiet and bright")
                .instructions("Second floor")
                .price_per_hour(
                    NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]),
                )
                .accounting_code("8400")
                .cost_center(NewAccount::new("Rooms", "4711"))
                .revenue_account(NewAccount::new("Rooms", "4711"))
                .max_booking_duration(3_u32)
                .cancellation_period(3_u32)
                .booking_cutoff(3_u32)
                .min_booking_duration(3_u32)
                .discounts(vec![NewDiscount::new(
                    NewPrice::new().net("8.00"),
                    NewDuration::new(4_u32, 0_u32),
                )])
                .price_caps(vec![NewPriceCap::new(
                    NewPrice::new().net("40.00"),
                    NewDuration::new(8_u32, 0_u32),
                )])
                .pricing(
                    NewPricing::new()
                        .price_cap(NewPaidTimeCap::new().maximum_duration(NewDuration::new(8_u32, 0_u32))),
                )
                .booking_times_string("mo-fr 9-17")
                .bookings_require_approval(true)
                .pay_later(true)
                .products(["products-1"]),
        ),
    );
    visitor.visit(
        "patch-external-resource",
        &UpdateExternalResource::new(
            "id-1",
            ExternalResourceChanges::new()
                .description("Quiet and bright")
                .instructions("Second floor")
                .price_per_hour(
                    NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]),
                )
                .accounting_code("8400")
                .cost_center(NewAccount::new("Rooms", "4711"))
                .revenue_account(NewAccount::new("Rooms", "4711"))
                .max_booking_duration(3_u32)
                .cancellation_period(3_u32)
                .booking_cutoff(3_u32)
                .min_booking_duration(3_u32)
                .discounts(vec![NewDiscount::new(
                    NewPrice::new().net("8.00"),
                    NewDuration::new(4_u32, 0_u32),
                )])
                .price_caps(vec![NewPriceCap::new(
                    NewPrice::new().net("40.00"),
                    NewDuration::new(8_u32, 0_u32),
                )])
                .pricing(
                    NewPricing::new()
                        .price_cap(NewPaidTimeCap::new().maximum_duration(NewDuration::new(8_u32, 0_u32))),
                )
                .booking_times_string("mo-fr 9-17")
                .bookings_require_approval(true)
                .pay_later(true)
                .products(["products-1"]),
        ),
    );
    visitor.visit("delete-external-resource", &DeleteExternalResource::new("id-1"));
    visitor.visit(
        "get-external-resource-availbility",
        &ExternalResourceAvailability::new("id-1", time(10), time(12)),
    );
    visitor.visit(
        "get-space-invoices",
        &Invoices::new("space-1")
            .debitor_id("text")
            .membership_id("text")
            .from(day(7))
            .to(day(9))
            .date_filter_field(InvoiceDateField::DueDate)
            .paid_status(["unpaid", "canceled"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit(
        "search-space-invoices",
        &SearchInvoices::new("space-1", "text")
            .paid_status(["unpaid", "canceled"])
            .sent_status(["sent", "failedToSend"])
            .sort_by(InvoiceSort::InvoiceDate)
            .sort_order(SortOrder::Asc)
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit(
        "get-space-membership-invoice-previews",
        &InvoicePreviews::new("space-1", day(7), day(9))
            .date_filter_field(InvoiceDateField::DueDate)
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-invoice", &Invoice::new("id-1"));
    visitor.visit("get-invoice-pdf", &InvoicePdf::new("id-1").e_invoice(true));
    visitor.visit(
        "post-invoices",
        &CreateInvoice::new(
            NewInvoice::new(
                vec![NewInvoiceItem::new("Coffee", NewPrice::new().net("2.00")).quantity("2.0")],
                "space-1",
            )
            .billing_emails(vec!["billing@example.com".to_owned()])
            .notes("Called on Monday")
            .tax_id("DE123")
            .invoice_text("Thank you")
            .invoice_date(day(7))
            .recipient_address(NewAddress::new().full_address("Main Street 1, Berlin"))
            .write_off_corrected_invoice(true)
            .membership("membership-1")
            .debitor(Identifier::new("memberships", "m1"))
            .corrected_invoice("corrected_invoice-1"),
        ),
    );
    visitor.visit("lock-invoice", &LockInvoice::new("id-1"));
    visitor.visit("unlock-invoice", &UnlockInvoice::new("id-1"));
    visitor.visit(
        "create-e-invoice",
        &CreateEInvoice::new("id-1", NewEInvoice::new(EInvoiceStandard::KSeF, "text", "text")),
    );
    visitor.visit(
        "attach-invoice-pdf",
        &AttachInvoicePdf::new("invoice-1", b"%PDF-1.7").e_invoice(true).e_invoice_standard("Zugferd"),
    );
    visitor.visit(
        "get-invoice-payment-methods",
        &InvoicePaymentMethods::new("id-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("create-invoice-charges", &ChargeInvoices::new(NewInvoiceCharges::new(["invoices-1"])));
    visitor.visit(
        "create-invoice-reminder",
        &SendInvoiceReminder::new(
            NewInvoiceReminder::new("x", "Welcome", "See you soon.", "invoice-1").bcc("text"),
        ),
    );
    visitor.visit(
        "get-space-memberships",
        &Memberships::new("space-1", day(7), day(9)).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("get-membership", &Membership::new("id-1"));
    visitor.visit(
        "get-space-membership-plans",
        &MembershipPlans::new("space-1", day(7), day(9)).page_number(3_u32).page_size(3_u32),
    );
    visitor
        .visit("get-space-teams", &Teams::new("space-1", day(7), day(9)).page_number(3_u32).page_size(3_u32));
    visitor.visit("get-team", &Team::new("id-1"));
    visitor.visit(
        "create-terms-approvals",
        &ApproveTerms::new(NewTermsApproval::new(
            vec!["space_privacy".to_owned()],
            "192.0.2.1",
            "space-1",
            "membership-1",
        )),
    );
    visitor.visit("get-missing-terms-approvals", &MissingTermsApprovals::new("space-1"));
    visitor.visit(
        "get-space-membership-profiles",
        &MembershipProfiles::new("space-1").membership_ids(["a", "b"]).page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "get-space-published-membership-profiles",
        &PublishedMembershipProfiles::new("space-1")
            .membership_ids(["a", "b"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-membership-profile", &MembershipProfile::new("id-1"));
    visitor.visit(
        "patch-membership-profile",
        &UpdateMembershipProfile::new(
            "id-1",
            MembershipProfileChanges::new()
                .location("Berlin")
                .birthday(day(7))
                .about_me("Writes software.")
                .twitter("https://example.com/t")
                .instagram("https://example.com/i")
                .facebook("https://example.com/f")
                .linkedin("https://example.com/l")
                .github("https://example.com/g")
                .website("https://example.com")
                .phone("+49 30 1234")
                .email("mia@example.com")
                .company("Novak Ltd")
                .pronouns("she/her")
                .published(true),
        ),
    );
    visitor.visit(
        "get-space-navigation-links",
        &NavigationLinks::new("space-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("get-navigation-link", &NavigationLink::new("id-1"));
    visitor.visit(
        "create-navigation-link",
        &CreateNavigationLink::new(NewNavigationLink::new(
            "Rooms",
            NavigationSection::AdminSetup,
            "space-1",
            "single_page_app-1",
        )),
    );
    visitor.visit(
        "update-navigation-link",
        &UpdateNavigationLink::new(
            "id-1",
            NavigationLinkChanges::new().label("Rooms").section(NavigationSection::AdminSetup),
        ),
    );
    visitor.visit("get-single-page-apps", &SinglePageApps::new().page_number(3_u32).page_size(3_u32));
    visitor.visit("get-single-page-app", &SinglePageApp::new("id-1"));
    visitor.visit(
        "create-single-page-app",
        &CreateSinglePageApp::new(
            NewSinglePageApp::new()
                .name("Mia Novak")
                .js(vec![NewAsset::new("https://example.com/app.js")])
                .css(vec![NewAsset::new("https://example.com/app.js")]),
        ),
    );
    visitor.visit(
        "update-single-page-app",
        &UpdateSinglePageApp::new(
            "id-1",
            SinglePageAppChanges::new()
                .name("Mia Novak")
                .js(vec![NewAsset::new("https://example.com/app.js")])
                .css(vec![NewAsset::new("https://example.com/app.js")]),
        ),
    );
    visitor.visit("get-network", &Network::new("id-1").include(["memberSpaces"]));
    visitor.visit(
        "get-network-memberships",
        &NetworkMemberships::new("network-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "search-network-memberships",
        &SearchNetworkMemberships::new("network-1", "text").sort("text").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "get-network-membership-profiles",
        &NetworkMembershipProfiles::new("network-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "search-network-membership-profiles",
        &SearchNetworkMembershipProfiles::new("network-1", "text").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "get-network-resources",
        &NetworkResources::new("network-1")
            .usage(ResourceUsage::Bookable)
            .space_ids(["a", "b"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit(
        "get-available-network-resources",
        &AvailableNetworkResources::new("network-1", time(10), time(12))
            .space_ids(["a", "b"])
            .ignore_booking_id("text")
            .ignore_booking_times(true)
            .resource_ids(["a", "b"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit(
        "get-network-resource-availabilities",
        &NetworkResourceAvailabilities::new("network-1", time(10), time(12))
            .resource_ids(["a", "b"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit(
        "get-space-payment-methods",
        &PaymentMethods::new("space-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "get-space-external-bookings-payment-methods",
        &ExternalBookingPaymentMethods::new("space-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit(
        "create-payment",
        &CreatePayment::new(NewPayment::new(
            PayableBooking::new(time(10), time(12), PayableResource::new("resource-1")),
            "space-1",
            "payment_method-1",
        )),
    );
    visitor.visit(
        "post-refunds",
        &CreateRefund::new(NewRefund::new("12.00").invoice("invoice-1").payment_method("payment_method-1")),
    );
    visitor.visit(
        "get-products",
        &Products::new("space-1")
            .scope(["externalBookings", "bookings"])
            .include(["category"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-product", &Product::new("id-1"));
    visitor.visit(
        "get-resources",
        &Resources::new("space-1")
            .usage(ResourceUsage::Bookable)
            .include(["categories"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit(
        "get-available-resources",
        &AvailableResources::new("space-1", time(10), time(12))
            .ignore_booking_id("text")
            .ignore_booking_times(true)
            .resource_ids(["a", "b"])
            .include(["categories"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-resource", &Resource::new("id-1").include(["media"]));
    visitor.visit(
        "post-resources",
        &CreateResource::new(
            NewResource::new("space-1")
                .name("Mia Novak")
                .resource_type(ResourceKind::Room)
                .price_per_hour(
                    NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]),
                )
                .description("Quiet and bright")
                .hidden(true)
                .only_admins_can_book(true)
                .units(3_u32)
                .capacity(3_u32)
                .booking_cutoff(3_u32)
                .cancellation_period(3_u32)
                .min_booking_duration(3_u32)
                .max_booking_duration(3_u32)
                .color("#336699")
                .photo(NewImage::new("data:image/png;base64,AAAA"))
                .booking_times_string("mo-fr 9-17")
                .accounting_code("8400")
                .cost_center(NewAccount::new("Rooms", "4711"))
                .revenue_account(NewAccount::new("Rooms", "4711"))
                .discounts(vec![NewDiscount::new(
                    NewPrice::new().net("8.00"),
                    NewDuration::new(4_u32, 0_u32),
                )])
                .price_caps(vec![NewPriceCap::new(
                    NewPrice::new().net("40.00"),
                    NewDuration::new(8_u32, 0_u32),
                )])
                .pricing(
                    NewPricing::new()
                        .price_cap(NewPaidTimeCap::new().maximum_duration(NewDuration::new(8_u32, 0_u32))),
                )
                .products(["products-1"]),
        ),
    );
    visitor.visit(
        "patch-resource",
        &UpdateResource::new(
            "id-1",
            ResourceChanges::new()
                .name("Mia Novak")
                .resource_type(ResourceKind::Room)
                .price_per_hour(
                    NewPrice::new().net("12.00").currency("EUR").taxes(vec![NewTax::new("VAT", "20.0")]),
                )
                .description("Quiet and bright")
                .hidden(true)
                .only_admins_can_book(true)
                .units(3_u32)
                .capacity(3_u32)
                .booking_cutoff(3_u32)
                .cancellation_period(3_u32)
                .min_booking_duration(3_u32)
                .max_booking_duration(3_u32)
                .color("#336699")
                .photo(NewImage::new("data:image/png;base64,AAAA"))
                .booking_times_string("mo-fr 9-17")
                .accounting_code("8400")
                .cost_center(NewAccount::new("Rooms", "4711"))
                .revenue_account(NewAccount::new("Rooms", "4711"))
                .discounts(vec![NewDiscount::new(
                    NewPrice::new().net("8.00"),
                    NewDuration::new(4_u32, 0_u32),
                )])
                .price_caps(vec![NewPriceCap::new(
                    NewPrice::new().net("40.00"),
                    NewDuration::new(8_u32, 0_u32),
                )])
                .pricing(
                    NewPricing::new()
                        .price_cap(NewPaidTimeCap::new().maximum_duration(NewDuration::new(8_u32, 0_u32))),
                )
                .products(["products-1"]),
        ),
    );
    visitor.visit("get-resource-availbility", &ResourceAvailability::new("id-1", time(10), time(12)));
    visitor.visit(
        "get-resource-availabilities",
        &ResourceAvailabilities::new("space-1", time(10), time(12), ["a", "b"])
            .page_number(3_u32)
            .page_size(3_u32),
    );
    visitor.visit("get-space", &Space::new("space-1"));
    visitor.visit("get-space-profile", &SpaceProfile::new("id-1"));
    visitor.visit("get-space-urls", &SpaceUrls::new("space-1").page_number(3_u32).page_size(3_u32));
    visitor
        .visit("list-space-cost-centers", &CostCenters::new("space-1").page_number(3_u32).page_size(3_u32));
    visitor.visit(
        "list-space-revenue-accounts",
        &RevenueAccounts::new("space-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("find-space-discount-code", &FindDiscountCode::new("space-1", "SUMMER", "text"));
    visitor.visit(
        "get-built-in-email-customizations",
        &EmailCustomizations::new("space-1").page_number(3_u32).page_size(3_u32),
    );
    visitor.visit("get-built-in-email-customization", &EmailCustomization::new("space-1", "key-1"));
    visitor.visit("preview-space", &PreviewSpace::new(NewSpacePreview::new("Mia Novak")));
    visitor.visit("get-current-subscription", &SpaceSubscription::new("space-1"));
    visitor
        .visit("get-subscriptions", &SpaceSubscriptions::new("space-1").page_number(3_u32).page_size(3_u32));
    visitor.visit(
        "preview-subscription",
        &PreviewSpaceSubscription::new(
            "space-1",
            NewSpaceSubscriptionPreview::new(3_u32).extras(vec![
                NewSubscriptionExtra::new("externalBookingsSubscriptionExtras")
                    .tier(NewSubscriptionTier::new().name("Plus")),
            ]),
        ),
    );
    visitor.visit(
        "change-subscription",
        &ChangeSpaceSubscription::new(
            "space-1",
            NewSpaceSubscription::new(
                vec![
                    NewSubscriptionExtra::new("externalBookingsSubscriptionExtras")
                        .tier(NewSubscriptionTier::new().name("Plus")),
                ],
                "space-1",
                "chosen_subscription-1",
            ),
        ),
    );
    visitor.visit("get-space-billing-details", &BillingDetails::new("space-1"));
    visitor.visit(
        "update-space-billing-details",
        &UpdateBillingDetails::new(
            "space-1",
            BillingDetailsChanges::new("Novak Ltd", "Main Street 1, Berlin")
                .name("Mia Novak")
                .vat_identification_number("DE123")
                .billing_email("billing@example.com"),
        ),
    );
    visitor.visit("get-space-payment-method", &SpacePaymentMethod::new("space-1"));
    visitor.visit(
        "update-space-payment-method",
        &UpdateSpacePaymentMethod::new("space-1", NewSpacePaymentMethod::new("text")),
    );
    visitor.visit("create-customers", &CreateCustomer::new(NewCustomer::new("space-1")));
    visitor.visit("get-user", &User::new().include(["memberOf"]));
    visitor.visit("preview-user-email", &PreviewUserEmail::new(NewUserEmailPreview::new("mia@example.com")));
}
